"""What an audit leaves behind: calls.csv, report.html, report.xlsx and a page for each call. Opens offline."""
