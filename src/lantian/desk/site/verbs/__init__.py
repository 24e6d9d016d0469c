"""What `lantian desk` can do: one file per verb, loaded by name once the desk is set up."""
