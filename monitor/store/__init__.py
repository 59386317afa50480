"""The store: every envelope that was pushed, kept in order, by call."""
