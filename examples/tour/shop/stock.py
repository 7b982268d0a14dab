"""What is left to sell."""


def reserve(stock, item, count):
    if stock[item] < count:
        return False
    stock[item] -= count
    return True
