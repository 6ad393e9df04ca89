"""What customers and agents write, invented for this purpose: sentences with slots and what goes into them."""

from __future__ import annotations

import random

FIRST_NAMES = (
    *("Anna", "Bela", "Chidi", "Dorte", "Emre", "Fenna", "Gaspard", "Hana", "Ilse", "Jonas", "Kofi", "Lenka", "Marek"),
    *(
        "Nadia",
        "Orla",
        "Pilar",
        "Quentin",
        "Rosa",
        "Sven",
        "Tomoko",
        "Ulla",
        "Vikram",
        "Wanda",
        "Xenia",
        "Yusuf",
        "Zoë",
    ),
)
LAST_NAMES = (
    *("Abelard", "Brandt", "Castell", "Dunmore", "Ekholm", "Farrow", "Grimaldi", "Hollis", "Ivanek", "Jansson"),
    *("Kestrel", "Lindqvist", "Marlowe", "Nowak", "Okafor", "Petrov", "Quill", "Rasmussen", "Soto", "Tennick"),
    *("Umber", "Valdés", "Wexford", "Yilmaz", "Zander"),
)
DOMAINS = ("post.example", "mailhaus.example", "letterbox.example", "brieven.example", "example.com", "example.net")

PRODUCTS = (
    *("tent", "sleeping bag", "camping stove", "rain jacket", "hiking boots", "head torch", "rucksack", "water filter"),
    *("folding chair", "cool box", "travel towel", "trekking poles", "bivouac bag", "power bank", "flask", "hammock"),
)
PROBLEMS = (
    *("has not arrived", "arrived broken", "came in the wrong colour", "leaks after one night", "does not charge"),
    *(
        "is the wrong size",
        "was charged twice",
        "stopped working after a week",
        "has a torn seam",
        "came without screws",
    ),
    *("smells of burnt plastic", "was delivered to a neighbour", "lost its zip", "shows an error code", "is missing"),
)
OPENINGS = (
    *("Good morning, I am writing about my {product}.", "Hello, once more about order {order}.", "Dear team,"),
    *("I bought a {product} from you in {month}.", "My order {order} is a disappointment.", "Hi there, a question."),
)
MIDDLES = (
    *("The {product} {problem} and nobody could tell me why.", "I waited {days} days and heard nothing from anyone."),
    *(
        "The {product} {problem}, which ruined our weekend by the lake.",
        "The tracking page has not moved since {month}.",
    ),
    *("I rang twice and was cut off both times.", "Your invoice {order} shows an amount that I never agreed to."),
    *("My daughter needs the {product} for her school trip in {days} days.", "I followed the manual to the letter."),
    *("This is the second {product} of mine that {problem}.", "The courier left the parcel out in the rain."),
)
WISHES = (
    *("Please send a replacement.", "I would like a refund of {amount} euros.", "Could you tell me when it will come?"),
    *("Please cancel the order and return my money.", "What do I have to do now?", "Please have somebody call me."),
    *("I expect an answer by Friday.", "Can I exchange it in a shop?", "Please correct the invoice."),
)
ANSWERS = (
    *("Thank you for writing to us about your {product}.", "I am sorry that the {product} {problem}."),
    *(
        "As I understand it, the {product} {problem} and you would like it put right.",
        "I have looked at order {order}.",
    ),
)
OUTCOMES = (
    *(
        "We send you a replacement by {day}.",
        "I will write to you with the result by {day}.",
        "The refund is on its way.",
    ),
    *("Please send us a picture of the damage.", "The parcel is with the courier now.", "Here is how to reset it."),
)
SUBJECTS = (
    "{product} {problem}",
    "Order {order}",
    "Question about my {product}",
    "Refund for order {order}",
    "Complaint",
)
ROBOT_SUBJECTS = ("Automatic reply: away until {day}", "Undelivered mail returned to sender", "Newsletter of {month}")
MONTHS = ("January", "March", "May", "June", "August", "September", "October", "November")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TAGS = ("refund", "delivery", "warranty", "invoice", "spare-part", "vip")


class Phrases:
    """Sentences about one matter: its product, problem and order number stay the same in all of them."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self._rng = rng
        self._slots = {
            "product": rng.choice(PRODUCTS),
            "problem": rng.choice(PROBLEMS),
            "order": f"FH-{100_000 + number}",
            "month": rng.choice(MONTHS),
            "day": rng.choice(DAYS),
            "days": str(rng.randrange(2, 30)),
            "amount": str(rng.randrange(9, 400)),
        }

    def one(self, choices: tuple[str, ...]) -> str:
        return self._rng.choice(choices).format_map(self._slots)

    def mail(self) -> str:
        middles = " ".join(self.one(MIDDLES) for _ in range(self._rng.randrange(1, 4)))
        return f"{self.one(OPENINGS)}\n\n{middles}\n{self.one(WISHES)}"

    def reply(self, name: str) -> str:
        return f"Dear {name},\n\n{self.one(ANSWERS)} {self.one(OUTCOMES)}\n\nMara, Fernhollow Care"
