#!/bin/sh
# Stands in for rkt where a test must see exact command lines or force a fault. All it knows lies beside it:
#
#   calls           the command lines it got: one a line, words between bars
#   environment     the environment of the last call
#   input           what the last call with --set-env-file=/dev/stdin has read
#   user-config     the configuration directory of the last call with --user-config
#   version         what `version` prints
#   config          what `config` prints
#   app             what a pod runs, a shell script
#   chooses-uuids   makes prepare choose the UUIDs of pods itself, as the original rkt does
#   fly             makes pods run their app in another root, with an empty environment, as the stage1 fly does
#   fail-COMMAND    makes the command fail with these words on stderr
#   hang-COMMAND    makes the command hang
#   signal-COMMAND  ends the command by this signal
#   pods/UUID/      state, manifest, pid
#   images/ID       the images that it has stored, if it was given a file
home=${0%/*}

(IFS='|'; printf '%s\n' "$*" >>"$home/calls")
env >"$home/environment"
case " $* " in
    *" --set-env-file=/dev/stdin "*) cat /dev/stdin >"$home/input" ;;
esac

for command do
    case $command in
        --user-config=*)
            rm -rf "$home/user-config"
            cp -pR "${command#*=}" "$home/user-config"
            ;;
        --*) ;;
        *) break ;;
    esac
done
for last do :; done
pod=$home/pods/$last

if [ -e "$home/hang-$command" ]; then
    exec sleep 600
fi
if [ -e "$home/signal-$command" ]; then
    kill -s "$(cat "$home/signal-$command")" $$
fi
if [ -e "$home/fail-$command" ]; then
    cat "$home/fail-$command" >&2
    exit 254
fi

need_pod() {
    [ -d "$pod" ] && return
    echo "$command: problem retrieving pod: no matches found for \"$last\"" >&2
    exit 254
}

state_of() {
    state=$(cat "$1/state")
    if [ "$state" = running ] && ! kill -0 "$(cat "$1/pid")" 2>/dev/null; then
        state=exited
    fi
}

print_status() {
    state_of "$1"
    printf '{"name":"%s","state":"%s","app_names":["app"],"apps":[{"name":"app","state":"unknown"%s}]}' \
        "${1##*/}" "$state" "$(cat "$1/exit-code" 2>/dev/null)"
}

case $command in
    version)
        cat "$home/version"
        ;;
    config)
        cat "$home/config" 2>/dev/null || echo '{"stage0":[]}'
        ;;
    trust | gc | image) ;;
    prepare)
        uuid=$RKT_POD_UUID
        [ ! -e "$home/chooses-uuids" ] || uuid=$(cat /proc/sys/kernel/random/uuid)
        mkdir -p "$home/pods/$uuid"
        volumes=
        apps=
        for argument do
            case $argument in
                sha512-*)
                    if [ ! -e "$home/images/$argument" ]; then
                        echo "prepare: error finding images: no image of that id" >&2
                        exit 254
                    fi
                    apps="{\"name\":\"app\",\"image\":{\"id\":\"$argument\"}}"
                    ;;
                /*)
                    id=sha512-$(sha512sum <"$argument" | cut -d' ' -f1)
                    mkdir -p "$home/images"
                    : >"$home/images/$id"
                    apps="{\"name\":\"app\",\"image\":{\"id\":\"$id\"}}"
                    ;;
                --volume=*)
                    name=${argument#--volume=}
                    source=${argument##*source=}
                    volumes="$volumes${volumes:+,}{\"name\":\"${name%%,*}\",\"kind\":\"host\",\"source\":\"${source%%,*}\"}"
                    ;;
            esac
        done
        printf '{"acKind":"PodManifest","apps":[%s],"volumes":[%s]}\n' "$apps" "$volumes" >"$home/pods/$uuid/manifest"
        echo prepared >"$home/pods/$uuid/state"
        echo "$uuid"
        ;;
    run-prepared)
        need_pod
        echo $$ >"$pod/pid"
        echo running >"$pod/state"
        [ -e "$home/fly" ] || exec /bin/sh "$home/app"
        mkdir "$pod/rootfs"
        # shellcheck disable=SC2016 # for the shell that is started
        exec unshare --mount --propagation private /bin/sh -c \
            'mount --rbind / "$1" && exec env -i "PATH=$PATH" chroot "$1" /bin/sh "$2"' sh "$pod/rootfs" "$home/app"
        ;;
    status)
        need_pod
        case $* in
            *--format=json*) print_status "$pod" ;;
            *) state_of "$pod"; printf 'state=%s\npid=%s\nexited=false\n' "$state" "$(cat "$pod/pid")" ;;
        esac
        ;;
    list)
        separator=[
        for pod in "$home"/pods/*; do
            [ -d "$pod" ] || continue
            printf '%s' "$separator"
            separator=,
            print_status "$pod"
        done
        [ "$separator" = , ] && echo ']' || echo null
        ;;
    cat-manifest)
        need_pod
        cat "$pod/manifest"
        ;;
    enter)
        pod=$home/pods/$2
        last=$2
        need_pod
        shift 2
        exec "$@"
        ;;
    stop)
        need_pod
        signal=TERM
        case $* in
            *--force*) signal=KILL ;;
        esac
        kill -$signal "$(cat "$pod/pid")" && echo "\"$last\""
        ;;
    rm)
        need_pod
        state_of "$pod"
        if [ "$state" = running ]; then
            echo "rm: pod \"$last\" is currently running" >&2
            exit 254
        fi
        rm -rf --one-file-system "$pod"
        echo "\"$last\""
        ;;
    *)
        echo "Error: unknown command \"$command\" for \"rkt\"" >&2
        exit 254
        ;;
esac
