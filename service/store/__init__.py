"""Where extractions, jobs and keys are kept, so that they outlive the process that made them."""
