"""Small wrongs in the code that decides, each of which some test must notice."""
