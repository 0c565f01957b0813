# midwatch for zsh: eval "$(midwatch widget zsh)" in ~/.zshrc.
# Write in words what you want to do and press Alt-m: the words become a command on the line, with its class above it.
# Nothing runs until you press Enter. Ctrl-_ brings your words back.
_midwatch_ask() {
    local words=$BUFFER command
    [[ -n $words ]] || return 0
    zle -I
    if command=$(midwatch ask --command --sh -- "$words" </dev/tty); then
        BUFFER=$command
        CURSOR=${#BUFFER}
    fi
    zle reset-prompt
}
zle -N _midwatch_ask
bindkey '\em' _midwatch_ask
