"""Who is who: the file of people, what was said of them since, and who may say it."""
