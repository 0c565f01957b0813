# midwatch for fish: midwatch widget fish | source in ~/.config/fish/config.fish.
# Write in words what you want to do and press Alt-m: the words become a command on the line, with its class above it.
# Nothing runs until you press Enter. Ctrl-z brings your words back.
function _midwatch_ask
    set -l words (commandline | string collect)
    test -n "$words"; or return 0
    set -l command (midwatch ask --command --sh -- "$words" </dev/tty | string collect)
    if test -n "$command"
        commandline --replace -- $command
    end
    commandline -f repaint
end
bind \em _midwatch_ask
