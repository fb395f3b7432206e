"""Events on their way out: posted to endpoints, and to nothing inside."""
