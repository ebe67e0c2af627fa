{{- /* all syntax in one */ -}}
{{ $n := 0 }}{{ range $i, $s := nomadService "v1.web" }}{{ $n = add $n 1 }}{{ if and (gt $s.Port 80) (not false) }}
server {{ .Address | printf "%-15s" }}:{{ .Port }} {{ .Tags | toJSON }}{{ else if eq $i 1 2 }}{{ continue }}{{ else }}{{ break }}{{ end }}{{ else }}none{{ end }}
{{ with nomadVar "jobs/shop" }}{{ .user | replaceAll "w" "\u00e9\x41" | regexReplaceAll "(e)(.)" "$2${1}" }}{{ else with `x` }}{{ . }}{{ end }}
{{ (parseJSON "{\"a\":[1,2.5e3,null]}").a | toJSONPretty | indent 2 }}{{ index (split "," (env "HOSTS")) 0x1 }}{{ printf "%08.3f|%q|%x|%v" 1.5 'a' "hi" nil }}
