# Cost of one operation (emulated machine)
# Makes cost.svg and cost.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,1466 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,2932 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "cost.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Cost of one operation}" at screen 0.012, screen 0.9877 left
set label "{/*0.86 emulated machine · instructions, log axis}" at screen 0.012, screen 0.9727 left
set yrange [-45.20:0]
set lmargin at screen 0.345
set tmargin at screen 0.9441
set bmargin at screen 0.0505
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -9.05, "pte-edit: warm-up" -10.05, "switch: first-round" -11.05, "kpti: first-calls" -12.05, "dense-sequential: warm" -14.20, "hot-set: hot" -15.20, "sparse-stride: warm" -16.20, "random: update" -17.20, "pointer-chase: chase" -18.20, "reach: access" -19.20, "demand-paging: again" -20.20, "accessed-scan: scan" -21.20, "mixed: work" -22.20, "demand-paging: demand" -24.35, "churn" -25.35, "mprotect: flip" -26.35, "pte-edit: edit" -27.35, "switch" -28.35, "kpti: call" -29.35, "fork" -30.35, "fork: child-write" -31.35, "fork: parent-write" -32.35, "fork: exit" -33.35, "accessed-scan: clear" -34.35, "accessed-scan: touch" -35.35, "mixed: start" -36.35, "mixed: protect" -37.35, "mixed: copy" -38.35, "mixed: scan" -39.35, "mixed: unmap" -40.35, "hypercall: warm" -42.50, "port-io: out" -43.50, "port-io: in" -44.50)
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -0.90 left front
set label "{/:Bold Not cold for both: set-up had filled one}" at screen 0.012, first -8.05 left front
set label "{/:Bold Warm: nothing changes}" at screen 0.012, first -13.20 left front
set label "{/:Bold Change: page-table work}" at screen 0.012, first -23.35 left front
set label "{/:Bold Price of an exit}" at screen 0.012, first -41.50 left front
set rmargin at screen 0.95
set logscale x 10
set xrange [0.8:1.25e+05]
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000, "100,000" 100000)
set xlabel "instructions per operation (median)"
set label "EPT" at screen 0.024, screen 0.9577 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.106, screen 0.9577 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (vtlb)" at screen 0.317, screen 0.9577 left noenhanced font ",12" point pt 8 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (trap)" at screen 0.507, screen 0.9577 left noenhanced font ",12" point pt 12 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "cost.tsv" using (column("lowest")):(column("y")):(column("highest")-column("lowest")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "cost.tsv" using (column("trap")):(column("y")+-0.3) with points pt 12 ps 1.15 lw 1.6 lc rgb "#e08a00" notitle, \
  "cost.tsv" using (column("vtlb")):(column("y")+-0.1) with points pt 8 ps 1.15 lw 1.6 lc rgb "#e08a00" notitle, \
  "cost.tsv" using (column("spt")):(column("y")+0.1) with points pt 5 ps 0.90 lw 1.6 lc rgb "#e08a00" notitle, \
  "cost.tsv" using (column("ept")):(column("y")+0.3) with points pt 7 ps 0.95 lw 1.6 lc rgb "#0060a8" notitle, \
  "cost.tsv" using (1):(column("y")):(stringcolumn("none")) with labels left offset 0.7,0 font ",12" tc rgb "#8a8a8a" notitle
unset output
}
