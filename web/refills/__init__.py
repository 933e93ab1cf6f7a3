"""Pages for clinicians about medicines: the inbox of requests, and what a patient takes."""
