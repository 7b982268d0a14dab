"""What a customer has bought."""


def place(cart, payments):
    reply = payments.charge(cart.id, cart.total())
    return reply.accepted
