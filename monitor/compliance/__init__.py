"""Rules over facts: what an agent must say, must not say, when, and what it costs. Pure."""

KINDS = {
    "forbidden": "monitor.compliance.forbidden:Forbidden",
    "required": "monitor.compliance.required:Required",
    "response": "monitor.compliance.response:Response",
    "script": "monitor.compliance.script:Script",
    "condition": "monitor.compliance.condition:Condition",
}
