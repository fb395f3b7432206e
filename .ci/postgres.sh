#!/usr/bin/env bash
# Source this: a PostgreSQL server to test with, the one that runs or one started for this run alone, and required
# from here on (KVITT_TEST_POSTGRES_URL).

if [ -z "${KVITT_TEST_POSTGRES_URL:-}" ]; then
    if (exec 3<>/dev/tcp/127.0.0.1/5432) 2>/dev/null; then
        export KVITT_TEST_POSTGRES_URL=postgresql://postgres@127.0.0.1:5432/postgres
    else
        programs=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 || command -v initdb)")
        [ -x "$programs/initdb" ] || { echo "No PostgreSQL runs here and none is installed: apt-get install postgresql" >&2; exit 1; }
        folder=$(mktemp -d)
        port=54329
        as_owner=()
        if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
            chown postgres "$folder"
            as_owner=(runuser -u postgres --)
        fi
        "${as_owner[@]}" "$programs/initdb" --username=postgres --auth=trust --pgdata="$folder/data" >/dev/null
        "${as_owner[@]}" "$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait \
            --options="-h 127.0.0.1 -p $port -k $folder" start >/dev/null
        # shellcheck disable=SC2064 - the names as they are now
        trap "${as_owner[*]} '$programs/pg_ctl' --pgdata='$folder/data' --mode=fast stop >/dev/null; rm -rf '$folder'" EXIT
        export KVITT_TEST_POSTGRES_URL=postgresql://postgres@127.0.0.1:$port/postgres
        echo "Started PostgreSQL on port $port for this run."
    fi
fi
