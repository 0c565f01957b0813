# midwatch for bash: eval "$(midwatch widget bash)" in ~/.bashrc.
# Write in words what you want to do and press Alt-m: the words become a command on the line, with its class above it.
# Nothing runs until you press Enter. Up brings your words back.
_midwatch_ask() {
    local words=$READLINE_LINE command
    [ -n "$words" ] || return 0
    if command=$(midwatch ask --command --sh -- "$words" </dev/tty); then
        history -s -- "$words"
        READLINE_LINE=$command
        READLINE_POINT=${#command}
    fi
}
bind -x '"\em": _midwatch_ask'
