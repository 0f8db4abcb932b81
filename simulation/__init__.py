"""A crowd with known truth: drawn field scenes and simulated workers."""
