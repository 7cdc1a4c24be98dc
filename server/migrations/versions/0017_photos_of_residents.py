"""Photos of residents: the small picture itself, beside the record that names its digest"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'


def upgrade() -> None:
    op.create_table('photo',
    sa.Column('home_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('received_ms', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_photo_home_id')),
    sa.PrimaryKeyConstraint('home_id', 'sha256', name=op.f('pk_photo'))
    )


def downgrade() -> None:
    op.drop_table('photo')
