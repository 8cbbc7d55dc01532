"""Pages of reports that the sheet cannot draw: reporting, the mailbox, triage, publishing, the form editor."""
