"""`peiyu rules`: what a rules file says, whether it can be used, and what another one would change."""
