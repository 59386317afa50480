"""Rules over facts: what an agent must say, must not say, when, and what it costs. Pure."""

KINDS = {
    "forbidden": "monitor.compliance.forbidden:Forbidden",
    "required": "monitor.compliance.required:Required",
    "response": "monitor.compliance.response:Response",
    "script": "monitor.compliance.script:Script",
    "condition": "monitor.compliance.condition:Condition",
    "sequence": "monitor.compliance.sequence:Sequence_",
    "name": "monitor.compliance.name:Name",
    "hangup": "monitor.compliance.hangup:Hangup",
    "metric": "monitor.compliance.metric:Metric_",
    "questions": "monitor.compliance.questions:Questions",
    "delay": "monitor.compliance.delay:Delay",
    "repeat": "monitor.compliance.repeat:Repeat",
    "level": "monitor.compliance.level:Level",
    "tone": "monitor.compliance.tone:Tone",
    "language": "monitor.compliance.language:Language",
    "unanswered": "monitor.compliance.unanswered:Unanswered",
    "combination": "monitor.compliance.combination:Combination",
}
