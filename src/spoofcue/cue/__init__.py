"""The paper's networks and losses (LGSC sections 3.2 to 3.5), and light ones; torch only."""
