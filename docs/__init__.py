"""Pages about Joinly, and the program that writes those that the code itself knows best."""
