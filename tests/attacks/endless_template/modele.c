/*
 * attack: A template whose loops end in some thousand years, and that says nothing until then.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
 */
{% for a in range(1000000000) %}{% for b in range(1000000000) %}{% endfor %}{% endfor %}
