"""Joinly's own work: the pure core that decides and the shell that carries decisions out."""
