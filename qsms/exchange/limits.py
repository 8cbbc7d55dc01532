"""How much of a file the exchange kit takes in, each with its reason. Nothing else in the kit holds such a number."""

from __future__ import annotations

# A hundred thousand full reports with narratives are about 80 MB; more than that belongs in several files.
FILE_BYTES = 200 * 1024 * 1024

# Rows as a spreadsheet program counts them; a sheet cannot hold more, and a text file that does is a data feed, not an
# import.
ROWS = 1_048_576

# The widest export known to us (ASRS) has 126 columns. A thousand leaves room; beyond it people cannot map columns by
# hand.
COLUMNS = 1_000

# Guards time more than memory, since rows are read one by one: about ten minutes of reading.
CELLS = 30_000_000

# Ten times the longest narrative seen anywhere, thirty times what a spreadsheet cell holds. Longer ones are nearly
# always a quotation mark that was never closed.
CELL_CHARACTERS = 1_000_000

# One line of text is held whole; a row of a thousand columns with long answers stays far below.
LINE_CHARACTERS = 8_000_000

# A workbook is a zip. Shared strings of the whole book are held in memory, so the unpacked side is what counts.
UNPACKED_BYTES = 300 * 1024 * 1024

# Formats that are read whole (old .xls, .ods) take some ten times their size in memory.
WHOLE_FILE_BYTES = 40 * 1024 * 1024

# What the process that reads those may take. A full .xls sheet (65,536 rows of 256 columns) needs about half of it.
WHOLE_MEMORY_BYTES = 1024 * 1024 * 1024
WHOLE_SECONDS = 60

# Real sheets shrink 5 to 30 times, machine-made repetition up to about 100. Zip bombs start near 1,000.
ZIP_RATIO = 200

# Small members reach silly ratios honestly (an empty style sheet), so the ratio counts from this unpacked size on.
ZIP_RATIO_FROM_BYTES = 2 * 1024 * 1024

# A workbook has a few dozen members; thousands are an attempt to wear the reader down.
ZIP_MEMBERS = 5_000

# Merged areas are kept in memory while a sheet is read.
MERGED_AREAS = 20_000

# Rows looked at to find the head of the table. Covers long title blocks.
HEAD_SEARCH_ROWS = 60

# What a spreadsheet cell and a sheet name can hold, by the file format.
XLSX_CELL_CHARACTERS = 32_767
XLSX_SHEET_NAME = 31

# Rows that are written in one transaction. On SQLite nobody else can write meanwhile, some four seconds for this many;
# the gate lets others wait twenty.
AT_ONCE_ROWS = 10_000

# Rows written together in an import of more than that.
STEP_ROWS = 500

# Rows with something to look at that a page shows; the file to download has all of them.
SHOWN_PROBLEMS = 200

# Rows looked at to show how a column fits, and in which order its dates are written.
SAMPLE_ROWS = 500

# An export of more rows than this is a job with a file to download.
EXPORT_AT_ONCE_ROWS = 10_000

# How long uploaded files, rows to import and exported files are kept.
KEEP_DAYS = 30
