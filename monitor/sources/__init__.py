"""Where calls come from. A source is one new file and one line in this table."""

SOURCES = {
    "device": "monitor.sources.device:DeviceSource",
    "files": "monitor.sources.files:FilesSource",
}
