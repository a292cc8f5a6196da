@rem npm scripts end in "exec node …", so that signals reach Node and not a shell. Windows has no exec: this stands in for it.
@%*
