"""What a person said in a mail: their words, told apart from all that programs and others put around them."""
