"""The likely causes that a timeline tells of, in words. Their names come from grader.evidence."""

from __future__ import annotations

from collections.abc import Mapping

from grader.base.messages import paired
from grader.labs import Text

CAUSES: Mapping[str, Text] = {
    "twice": Text(
        en="Each event was reported exactly twice: the program is attached twice, at the entry "
        "and at the exit of the call perhaps, or reports twice.",
        fr="Chaque événement a été signalé exactement deux fois : le programme est attaché deux "
        "fois, à l'entrée et à la sortie de l'appel peut-être, ou signale deux fois.",
    ),
    "too_broad": Text(
        en="The program also runs for other system calls: {calls}. It is attached too broadly.",
        fr="Le programme s'exécute aussi pour d'autres appels système : {calls}. Il est attaché "
        "trop largement.",
    ),
    "silent": Text(
        en="Nothing was reported of any of them. The program is attached to: {places}.",
        fr="Rien n'a été signalé d'aucun d'entre eux. Le programme est attaché à : {places}.",
    ),
    "quiet": Text(
        en="Nothing was reported of any of them, although the program is attached to {places}: a "
        "condition in it lets none of them pass, or what it reports does not get out, as with %f "
        "in a format.",
        fr="Rien n'a été signalé d'aucun d'entre eux, alors que le programme est attaché à "
        "{places} : une condition n'en laisse passer aucun, ou ce qu'il signale ne sort pas, comme "
        "avec %f dans un format.",
    ),
    "some_cpus": Text(
        en="Events were missed on some CPUs, and on no others: what the program uses, or reads, "
        "belongs to one CPU alone.",
        fr="Des événements manquent sur certains CPU, et sur eux seuls : ce que le programme "
        "utilise, ou lit, n'appartient qu'à un CPU.",
    ),
    "first_only": Text(
        en="The first event was reported, and none after it.",
        fr="Le premier événement a été signalé, et aucun après lui.",
    ),
    "not_first": Text(
        en="Every event but the first was reported: one branch of the program does not report.",
        fr="Tous les événements sauf le premier ont été signalés : une branche du programme ne "
        "signale rien.",
    ),
    "starts_at_zero": Text(
        en="All counts are one too small: the counter starts at 0 with the first event, not at 1.",
        fr="Tous les comptes ont un de moins : le compteur commence à 0 au premier événement, "
        "et non à 1.",
    ),
    "first_twice": Text(
        en="The first event counts twice: it is stored as 1, and then added once more.",
        fr="Le premier événement compte deux fois : il est enregistré comme 1, puis ajouté encore "
        "une fois.",
    ),
    "unset": Text(
        en="The first count is what was on the kernel's stack: a variable is stored that nothing "
        "was ever put into.",
        fr="Le premier compte est ce qui se trouvait sur la pile du noyau : une variable est "
        "enregistrée alors que rien n'y a jamais été mis.",
    ),
    "uncounted": Text(
        en="The counter stays as it is, although the program is attached to {places}: nothing is "
        "stored when lookup() finds no entry, or it is stored under another key.",
        fr="Le compteur reste tel quel, alors que le programme est attaché à {places} : rien n'est "
        "enregistré quand lookup() ne trouve pas d'entrée, ou cela l'est sous une autre clé.",
    ),
    "copy_grows": Text(
        en="The count stays what the first event made it: perhaps a copy of it grows, and does "
        "not get into the table.",
        fr="Le compte reste ce que le premier événement en a fait : peut-être une copie "
        "augmente-t-elle sans arriver dans la table.",
    ),
    "one_less": Text(
        en="Each number is one less than it should be: it is the number before this event.",
        fr="Chaque nombre a un de moins qu'il ne faudrait : c'est le nombre d'avant cet événement.",
    ),
    "double_number": Text(
        en="Each number is twice what it should be: each event counts twice.",
        fr="Chaque nombre est le double de ce qu'il devrait être : chaque événement compte double.",
    ),
    "wall_clock": Text(
        en="This is the time of day, the time since 1970. The kernel's time stamps count from "
        "when the machine booted.",
        fr="C'est l'heure du jour, le temps depuis 1970. Les horodatages du noyau comptent depuis "
        "le démarrage de la machine.",
    ),
    "microseconds": Text(
        en="The times are 1000 times too small: microseconds, not nanoseconds.",
        fr="Les temps sont 1000 fois trop petits : des microsecondes, et non des nanosecondes.",
    ),
    "milliseconds": Text(
        en="The times are 1000000 times too small: milliseconds, not nanoseconds.",
        fr="Les temps sont 1000000 fois trop petits : des millisecondes, et non des nanosecondes.",
    ),
    "never_set": Text(
        en="The time is 0: nothing was ever put into it.",
        fr="Le temps vaut 0 : rien n'y a jamais été mis.",
    ),
    "low_half": Text(
        en="These are the lower 32 bits of the right times: somewhere the time goes through 4 "
        "bytes instead of 8.",
        fr="Ce sont les 32 bits de poids faible des bons temps : quelque part, le temps passe par "
        "4 octets au lieu de 8.",
    ),
    "hexadecimal": Text(
        en="These are the right times, in hexadecimal.",
        fr="Ce sont les bons temps, en hexadécimal.",
    ),
    "previous": Text(
        en="Each event carries the time of the one before it.",
        fr="Chaque événement porte le temps du précédent.",
    ),
    "taken_later": Text(
        en="The times are later than the events: they were taken when the event was read, not in "
        "the kernel when it happened.",
        fr="Les temps sont postérieurs aux événements : ils ont été pris à la lecture de "
        "l'événement, et non dans le noyau quand il a eu lieu.",
    ),
}


def sentence(cause: str, details: Mapping[str, str]) -> str:
    """What a person is told of `cause`; empty for ""."""
    if not cause:
        return ""
    text = CAUSES[cause]
    return paired(text.en.format_map(details), text.fr.format_map(details))
