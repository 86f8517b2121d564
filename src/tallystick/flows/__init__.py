"""Where two capabilities meet, and nowhere else."""
