"""`qsms bench`: the figures of docs/performance.md, measured through the real server over loopback."""
