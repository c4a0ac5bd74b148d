from analyslib.cli import main


main()
