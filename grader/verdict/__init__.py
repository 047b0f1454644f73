"""What the evidence means: statuses and points, explanations, reports."""
