"""Types, events, PCM codecs and framing: what every room speaks. Imports nothing of ours but errors."""
