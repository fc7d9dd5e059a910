"""Files of customers, from bytes to checked values. Pure: no ORM, no clock."""
