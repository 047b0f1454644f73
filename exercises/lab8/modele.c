/*
 * TODO 8.6: write a template here. What Jinja2 makes of it is a program like filtre.c, but with
 * no cible: it submits the mkdirs of threads with one name alone.
 */
