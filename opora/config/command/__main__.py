from opora.config.command import main

main()
