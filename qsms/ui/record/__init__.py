"""Everything around one record, drawn from its sheet: page, moves, form, files, comments, links, history, trace."""
