"""The desk: one ASGI app with the pages, the sockets behind them, the API, health and metrics."""
