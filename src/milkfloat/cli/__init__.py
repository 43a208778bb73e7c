"""The command line: arguments in, one use case of `milkfloat.app` called, results and errors out."""
