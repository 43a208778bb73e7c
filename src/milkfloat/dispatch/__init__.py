"""Live operations: where vans are in their plan, what happened, the next plan, what changed in it and why."""
