"""What happens to titles and review applications: one transaction each. A title's row is locked before all else."""
