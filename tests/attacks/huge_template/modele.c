/*
 * attack: A template of one line that makes a program of 90 MB.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
 */
{% for a in range(90) %}{{ ("/* " ~ a ~ " */ ") * 100000 }}{% endfor %}
