"""What a process tells of its own work: logs, figures, and traces where the operator has them collected."""
