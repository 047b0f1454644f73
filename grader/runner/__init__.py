"""One pytest run that grades: the plugin, its session, and where its checks run."""
