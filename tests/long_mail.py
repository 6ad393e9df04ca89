"""A mail of some 900 words that wants nothing, to put something that matters behind."""

from __future__ import annotations

_PARAGRAPHS = (
    """
    Our bakery is on the corner of the market square and has been in the family for three generations. We open
    at six and close at two. My aunt still makes the almond rings herself, and a student helps us with the
    counter on Saturdays. The ordering of boxes and ribbons has always been my part of the work.
    """,
    """
    I should say that I am fairly new to this kind of software. A friend set it up for me in the autumn and
    showed me the main screens, and I have a page of handwritten notes beside the keyboard. I mostly use the
    part with the contacts and the one for writing letters.
    """,
    """
    The chairs stand in our waiting room, four along the wall and two by the window. People comment on the
    cloth now and then. We chose the dark blue because it goes with the floor, and the lady who cleans here
    says it is easy to keep tidy.
    """,
    """
    During the past year we have grown from five to eleven members. We meet every second week in the library,
    read one book a month, and somebody always brings a cake. The list of titles is put together at the start
    of the season, by vote, and then I order the copies.
    """,
    """
    As for the account itself, it was opened in the name of the association with the address of the treasurer.
    There are two people who can sign in, she and I. We keep the statements in a folder by year, and at the
    general meeting somebody checks them and signs.
    """,
    """
    My son is seven and very fond of trains. He has the wooden set with the bridge and the station, and for
    his birthday we added the curved pieces and the little crossing. He builds a new line every weekend and
    draws a map of it before he takes it apart again.
    """,
    """
    I compared three makes before I decided. One was lighter, one was somewhat larger, and yours had the
    handle on the side that suits me. The reviews in the magazine were helpful, with photographs of each of
    them and a table of the measures, and I went to look at it in a shop too.
    """,
    """
    The room we use for the course has a projector on the ceiling and a white wall. Twelve people fit around
    the tables. We begin with a short round of names, then there is an hour of theory, then coffee, and after
    that everybody tries it out with their own material.
    """,
    """
    We spent a few days at the lake in a small wooden house with a stove. The evenings were long and quiet. We
    played cards, read, and listened to the radio you sell, the one with the leather strap, which picked up
    the local station quite clearly from the porch.
    """,
    """
    On the technical side there is not much to tell. The computers are of the same make, about three years
    old, and they get their updates during the night. The files are on one shared drive, sorted by client and
    then by year, and the names follow the pattern that our founder came up with.
    """,
    """
    The curtains were measured by my sister, who sews. She took the width twice and wrote it on a slip of
    paper, which I have here. The rail is white, the rings are brass, and the window looks on to the
    courtyard, where the neighbours keep their bicycles and a few pots of herbs.
    """,
    """
    Thank you also for the newsletter, which I read on the train. The piece about the workshop in the north
    was interesting, with the old lathe and the two apprentices. I cut out the recipe at the end for my
    collection; we tried it on a Sunday and had guests for it.
    """,
    """
    Our choir sings in the old chapel on the first Friday of the month. There are some thirty of us, from
    students to pensioners. The folders we use for the music are yours, the black ones with the string, and
    each has a number on the inside so that they find their way back.
    """,
    """
    I keep a small notebook on the things in the house: when they were bought, where, what they are made of.
    It began as a habit of my father, who was a surveyor. The page on your shelf says oak, oiled, two metres
    ten, bought in the spring, and put together in one afternoon.
    """,
    """
    The path from the gate to the door is gravel, with lavender on the left and a low hedge on the right.
    Behind the house there is a shed for the tools and the bicycles. Visitors generally come in by the side
    door, since the bell at the front is so easily overlooked.
    """,
    """
    There are a few pictures of the finished room on our page, taken by a friend with a good camera. The light
    comes from the left, the table is in the middle, and the shelf can be seen in the second one. We were
    asked where it came from several times and gave your name.
    """,
    """
    Last summer we went walking in the hills for a week and took your flask along. It kept the tea warm until
    the afternoon. My daughter painted a small bird on the side with her own colours, and it has become
    something of a family thing since then.
    """,
    """
    The garden is coming on. The beans are up, the roses by the wall have their first leaves, and the small
    apple tree we planted two years ago has buds. We water in the evening with the hose you sell, the long
    green one, and roll it up on the hook afterwards.
    """,
)

PARAGRAPHS = tuple(" ".join(paragraph.split()) for paragraph in _PARAGRAPHS)
SMALL_TALK = "\n\n".join(("Hello,", *PARAGRAPHS))


def behind_small_talk(paragraph: str) -> str:
    return f"{SMALL_TALK}\n\n{paragraph}"
