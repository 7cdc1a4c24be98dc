"""Keys of a home after its first, keys for unlocking anywhere offline, and what a sealed row that stays closed says of itself"""

import sqlalchemy as sa
from alembic import op

from server.db import Id

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "home_key",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_home_key_home_id")),
        sa.PrimaryKeyConstraint("home_id", "kid", name=op.f("pk_home_key")),
    )
    op.create_table(
        "unlock_key",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", Id(length=16), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("online_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_unlock_key_home_id")),
        sa.PrimaryKeyConstraint("home_id", "staff", name=op.f("pk_unlock_key")),
    )
    op.add_column("quarantine", sa.Column("claimed", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quarantine", "claimed")
    op.drop_table("unlock_key")
    op.drop_table("home_key")
