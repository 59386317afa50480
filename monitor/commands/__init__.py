"""What a user can call. A command is one new file, one line in this table, and its place in `SECTIONS`."""

COMMANDS = {
    "demo": "monitor.commands.demo:demo",
    "init": "monitor.commands.init:init",
    "serve": "monitor.commands.serve:serve",
    "listen": "monitor.commands.listen:listen",
    "devices": "monitor.commands.devices:devices",
    "replay": "monitor.commands.replay:replay",
    "audit": "monitor.commands.audit:audit",
    "calls": "monitor.commands.calls:app",
    "lines": "monitor.commands.lines:lines",
    "rules": "monitor.commands.rules:app",
    "models": "monitor.commands.models:app",
    "schema": "monitor.commands.schema:schema",
    "doctor": "monitor.commands.doctor:doctor",
}
"""Name -> "module:function", or "module:app" for a command of commands."""

SECTIONS = {
    "Try it": ("demo", "replay"),
    "Live": ("init", "serve", "listen", "devices", "doctor"),
    "After the call": ("audit", "calls", "lines"),
    "Rules, models, formats": ("rules", "models", "schema"),
}
"""How `linewatch --help` lists them."""
