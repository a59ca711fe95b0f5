"""How review applications move; what a title reads as, and when it ends. Pure: dates and states in, decisions out."""
